set(BOARD_CPU -mcpu=cortex-m3)
set(BOARD_SOURCES chips/stm32f100.c chips/stm32.c src/counter.c)
