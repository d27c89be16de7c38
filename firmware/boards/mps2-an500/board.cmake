set(BOARD_CPU -mcpu=cortex-m7)
set(BOARD_SOURCES chips/mps.c src/counter.c)
