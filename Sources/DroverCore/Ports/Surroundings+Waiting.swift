extension Surroundings {
  /// Returns once `stream` gives something or ends, and after `timeout` at the latest.
  package func wait(for stream: AsyncStream<some Sendable>, atMost timeout: Duration) async {
    await withTaskGroup { group in
      group.addTask { for await _ in stream { break } }
      group.addTask { try? await sleep(timeout) }
      await group.next()
      group.cancelAll()
    }
  }
}
