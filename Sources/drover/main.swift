import DroverCLI

await DroverCLI.main()
