# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
#
# The compiler inside the Python wheel `ziglang`: nothing else to install.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

if(NOT PEDALSMITH_ZIG)
    execute_process(
        COMMAND ${PEDALSMITH_PYTHON} -c
            "import pathlib, ziglang; print(next(pathlib.Path(ziglang.__file__).parent.glob('zig*')))"
        OUTPUT_VARIABLE zig OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
    if(failed)
        message(FATAL_ERROR "no zig: pip install ziglang, or name the Python that has it by -DPEDALSMITH_PYTHON=...")
    endif()
    set(PEDALSMITH_ZIG ${zig} CACHE FILEPATH "The zig program")
endif()
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES PEDALSMITH_PYTHON PEDALSMITH_ZIG)

set(CMAKE_C_COMPILER ${PEDALSMITH_ZIG} cc)
set(CMAKE_ASM_COMPILER ${PEDALSMITH_ZIG} cc)
# Told and not asked: CMake's probing makes zig build a C library for the host first (30 s).
foreach(language IN ITEMS C ASM)
    set(CMAKE_${language}_COMPILER_ID_RUN TRUE)
    set(CMAKE_${language}_COMPILER_ID Clang)
    set(CMAKE_${language}_COMPILER_FORCED TRUE)
endforeach()
# fp_armv8d16: without it the floating-point unit is off. Zig adds sanitizers unless told not to.
set(flags "-target thumb-freestanding-eabihf -mcpu=cortex_m7+fp_armv8d16 -fno-sanitize=all")
set(CMAKE_C_FLAGS_INIT ${flags})
set(CMAKE_ASM_FLAGS_INIT ${flags})
