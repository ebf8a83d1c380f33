/* version.h -- the version of this project, as `hedgelex --version` prints it. */
#ifndef HLX_VERSION_H
#define HLX_VERSION_H

#define HLX_VERSION "0.1.0"

#endif
