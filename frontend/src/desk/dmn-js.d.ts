declare module 'dmn-js/lib/Modeler'
