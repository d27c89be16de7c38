set(BOARD_CPU -mcpu=cortex-m4)
set(BOARD_SOURCES chips/mps.c src/counter.c)
