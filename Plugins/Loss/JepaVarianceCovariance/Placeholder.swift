// Filled by the stage.
