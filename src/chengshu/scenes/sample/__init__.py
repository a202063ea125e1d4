"""Notes to a unit (留言): the smallest whole scene, copied by ``./chengshu new scene``."""
