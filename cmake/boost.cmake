# Asio, Beast, JSON and URL compiled once, in a library of their own: every other file of the project
# then compiles in a fraction of the time.
add_library(onsale_boost STATIC ${PROJECT_SOURCE_DIR}/src/boost.cpp)
target_link_libraries(onsale_boost PUBLIC Boost::headers Threads::Threads)
target_compile_definitions(onsale_boost PUBLIC
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
    BOOST_ASIO_NO_DEPRECATED
    # What a thread keeps of the memory of ended operations: enough for all that begin in one turn of
    # a node's loop, so that none is allocated.
    BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=8
    BOOST_JSON_NO_LIB BOOST_URL_NO_LIB BOOST_CONTAINER_NO_LIB)
if(Boost_VERSION VERSION_GREATER_EQUAL 1.83)
    # Its sources can no longer be included (src/boost.cpp); the distribution has it compiled.
    set(Boost_USE_STATIC_LIBS ON)
    find_package(Boost REQUIRED COMPONENTS url)
    target_link_libraries(onsale_boost PUBLIC Boost::url)
endif()
if(ONSALE_SANITIZE)
    target_compile_options(onsale_boost PUBLIC -fsanitize=${ONSALE_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(onsale_boost PUBLIC -fsanitize=${ONSALE_SANITIZE})
endif()
# Boost's headers are system headers: its warnings are not this project's.
get_target_property(boost_include Boost::headers INTERFACE_INCLUDE_DIRECTORIES)
target_include_directories(onsale_boost SYSTEM PUBLIC ${boost_include})
