import ArgumentParser
import DroverDaemon

@main
enum Main {
  static func main() async {
    await DaemonCommand.main()
  }
}
