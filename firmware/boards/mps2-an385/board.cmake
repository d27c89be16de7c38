set(BOARD_CPU -mcpu=cortex-m3 -mfloat-abi=soft)
set(BOARD_SOURCES chips/mps.c cores/cortex-m/counter.c)
