#include "CSceneRenderer.h"
