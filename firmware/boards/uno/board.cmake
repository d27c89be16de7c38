set(BOARD_CPU -mmcu=atmega328p)
set(BOARD_RAM_END 0x800900) # behind it, as the linker counts
set(BOARD_SOURCES chips/atmega.c)
