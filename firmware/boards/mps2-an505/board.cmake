set(BOARD_CPU -mcpu=cortex-m33 -mfloat-abi=hard)
set(BOARD_SOURCES chips/mps.c cores/cortex-m/counter.c)
