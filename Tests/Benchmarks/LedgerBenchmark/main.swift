import DroverCore
import DroverJournal
import DroverStore
import Glibc

// Measures the ledger in a folder: LedgerBenchmark FOLDER ROWS. Prints one JSON object; times are nanoseconds.
func say(_ text: String, on descriptor: Int32) {
  let bytes = Array((text + "\n").utf8)
  _ = write(descriptor, bytes, bytes.count)
}

let arguments = CommandLine.arguments
guard arguments.count == 3, let rows = Int(arguments[2]), rows > 0 else {
  say("usage: LedgerBenchmark FOLDER ROWS", on: STDERR_FILENO)
  exit(2)
}
do {
  let station = try LedgerStation(arguments[1])
  let single = try station.appends(20_000, perTick: 1)
  let grouped = try station.appends(5_000, perTick: 16)
  let fold = try await station.fold(rows)
  let restart = try await station.restart()
  say(
    """
    {"append_p50": \(single.p50), "append_p99": \(single.p99), "append_grouped_p50": \(grouped.p50 / 16), \
    "fold_rows": \(fold.rows), "fold_ns": \(fold.nanoseconds), "restart_ns": \(restart.clean), \
    "restart_unread_ns": \(restart.unread), "restart_unread_bytes": \(restart.unreadBytes)}
    """, on: STDOUT_FILENO)
} catch {
  say("error: \(error)", on: STDERR_FILENO)
  exit(1)
}
