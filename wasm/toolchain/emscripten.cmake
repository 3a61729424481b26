# Debian's own platform file, around the wrapper that selects clang 19.
set(CMAKE_C_COMPILER ${CMAKE_CURRENT_LIST_DIR}/emcc)
set(CMAKE_CXX_COMPILER ${CMAKE_CURRENT_LIST_DIR}/em++)
include(/usr/share/emscripten/cmake/Modules/Platform/Emscripten.cmake)
# Emscripten 3.1.6's glue takes the fetch of Node >= 18 for a browser's.
set(CMAKE_CROSSCOMPILING_EMULATOR node --no-experimental-fetch)
