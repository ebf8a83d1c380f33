/* version.h -- the version that `hedgelex --version` and `hedgelexd --version` print. */
#ifndef HLX_VERSION_H
#define HLX_VERSION_H

#define HLX_VERSION "0.1.0"

#endif
