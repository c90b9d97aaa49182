// The compiled part of Boost, once for the whole project (see cmake/boost.cmake).
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
#include <boost/json/src.hpp>
#include <boost/version.hpp>
#if BOOST_VERSION < 108300  // later ones come compiled
#include <boost/url/src.hpp>
#endif
