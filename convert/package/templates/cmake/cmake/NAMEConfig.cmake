# Made by: {{command}}
include("${CMAKE_CURRENT_LIST_DIR}/{{name}}Targets.cmake")
