import JepaPipeCLI

JepaPipe.main()
