set(BOARD_CPU -mcpu=cortex-m0plus -mfloat-abi=soft)
set(BOARD_SOURCES chips/rp2040.c chips/rp2040_boot2.S cores/cortex-m/counter.c)
