# What all 32-bit RISC-V cores are built with.
set(CORE_SOURCES startup.c)
set(CORE_OPTIONS -mabi=ilp32 -msmall-data-limit=0)
set(CORE_C_OPTIONS -fcallgraph-info=su)
set(CORE_MINIMAL_OPTIONS "")
set(CORE_SCRIPTS "${board_dir}/board.ld" "${core_dir}/sections.ld")
set(CORE_LINK_OPTIONS -nostdlib -Wl,--build-id=none -Wl,--fatal-warnings -Wl,--no-warn-rwx-segments
    -Wl,--defsym=STACK_SIZE=${STACK_SIZE} -L "${core_dir}" -T "${board_dir}/board.ld")
