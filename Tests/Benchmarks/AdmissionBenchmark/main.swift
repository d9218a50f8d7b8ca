import DroverAdmission
import DroverCore
import Synchronization

// Prints one JSON object: what deciding about one request and finishing it costs, with a lock around each, at a fleet in
// which every access key has limits and a budget of its own.

let keys = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 100_000 : 100_000
let requests = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 2_000_000 : 2_000_000

var load = AdmissionLoad(keys: keys)
load.run(keys * 2)
var figures = Figures()
load.run(requests, into: &figures)
print(
  """
  {"keys": \(keys), "requests": \(requests), "admit_p50_ns": \(figures.admit.quantile(0.5)), \
  "admit_p99_ns": \(figures.admit.quantile(0.99)), "finish_p50_ns": \(figures.finish.quantile(0.5)), \
  "finish_p99_ns": \(figures.finish.quantile(0.99)), "clock_p50_ns": \(figures.clock.quantile(0.5)), \
  "admitted": \(load.admitted), "open": \(load.openTickets)}
  """)
