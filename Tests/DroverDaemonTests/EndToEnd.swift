import Testing

/// The real programs with the genuine engine, one test at a time: each starts processes, and two cores are few.
@Suite(.serialized) enum EndToEnd {}
