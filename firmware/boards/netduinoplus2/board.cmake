set(BOARD_CPU -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard)
set(BOARD_SOURCES chips/stm32f405.c chips/stm32.c cores/cortex-m/counter.c)
