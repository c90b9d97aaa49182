# SOCI with SQLite and PostgreSQL. Distributions package it without CMake's or pkg-config's files, and
# its headers include those of both databases.
find_package(SQLite3 REQUIRED)
find_package(PostgreSQL REQUIRED)
find_path(SOCI_INCLUDE soci/soci.h REQUIRED)
add_library(onsale_soci INTERFACE)
target_include_directories(onsale_soci SYSTEM INTERFACE ${SOCI_INCLUDE})
foreach(part core sqlite3 postgresql)
    find_library(SOCI_${part} soci_${part} REQUIRED)
    target_link_libraries(onsale_soci INTERFACE ${SOCI_${part}})
endforeach()
target_link_libraries(onsale_soci INTERFACE SQLite::SQLite3 PostgreSQL::PostgreSQL)
if(ONSALE_SANITIZE MATCHES "undefined")
    # That check wants the type information of classes that SOCI's libraries keep to themselves.
    target_compile_options(onsale_soci INTERFACE -fno-sanitize=vptr)
endif()
