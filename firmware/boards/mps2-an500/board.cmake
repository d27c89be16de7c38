set(BOARD_CPU -mcpu=cortex-m7 -mfpu=fpv5-sp-d16 -mfloat-abi=hard)
set(BOARD_SOURCES chips/mps.c cores/cortex-m/counter.c)
