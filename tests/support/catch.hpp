#pragma once

// Catch2 version 2 has one header, version 3 another; every test includes this file and works with both.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
