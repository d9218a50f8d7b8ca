import DroverDaemon
import Glibc

@main
enum Main {
  static func main() async {
    exit(await DaemonCommand.launch())
  }
}
