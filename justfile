# The words of daily work.
setup:
    ./chengshu build
test *args:
    ./chengshu test {{args}}
check:
    ./chengshu check
new-scene name:
    ./chengshu new scene {{name}}
docs:
    ./chengshu catalogue reference
