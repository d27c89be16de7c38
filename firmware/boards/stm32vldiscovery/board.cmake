set(BOARD_CPU -mcpu=cortex-m3 -mfloat-abi=soft)
set(BOARD_SOURCES chips/stm32f100.c chips/stm32.c cores/cortex-m/counter.c)
