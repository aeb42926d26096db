// The kernels with the instructions that every processor of the architecture has.

#define LEVEL portable
#define LANES 4
#include "body/all.h"
#include "body/table.h"
