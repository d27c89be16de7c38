set(BOARD_CPU -mcpu=cortex-m55)
set(BOARD_SOURCES chips/mps.c src/counter.c)
