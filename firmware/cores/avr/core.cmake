# What all AVRs are built with. avr-libc's own start-up code and linker script make .data and .bss;
# the stack has what they leave, up to the end of RAM: BOARD_RAM_END.
set(CORE_SOURCES startup.c)
set(CORE_OPTIONS "")
set(CORE_C_OPTIONS -mrelax -fshort-enums -Waddr-space-convert -Wno-pedantic) # __flash is no ISO C
# What does not change in a loop is computed in it: kept for all of it, it would lie on the stack.
set(CORE_MINIMAL_OPTIONS -fno-move-loop-invariants -fno-tree-loop-im)
set(CORE_SCRIPTS "")
set(CORE_LINK_OPTIONS -Wl,--defsym=__stack_bottom=__heap_start
    -Wl,--defsym=__stack_top=${BOARD_RAM_END} -Wl,--defsym=__data_load=__data_load_start)
