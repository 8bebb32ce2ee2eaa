// The one file that makes Catch's main function. With version 3 it comes from the library.
#if !__has_include(<catch2/catch_all.hpp>)
#define CATCH_CONFIG_MAIN
#endif
#include <penstock_test/catch.hpp>
