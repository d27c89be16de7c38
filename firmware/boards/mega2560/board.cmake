set(BOARD_CPU -mmcu=atmega2560)
set(BOARD_RAM_END 0x802200) # behind it, as the linker counts
set(BOARD_SOURCES chips/atmega.c)
