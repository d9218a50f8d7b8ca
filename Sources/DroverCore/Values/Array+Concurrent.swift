extension Array where Element: Sendable {
  /// What ``map`` gives, worked out on all cores. Each task takes enough elements that starting it costs nothing beside
  /// them; a short array is mapped at once.
  package func concurrentMap<Result: Sendable>(
    _ transform: @escaping @Sendable (Element) -> Result
  ) async -> [Result] {
    let chunk = 64
    guard count > chunk else { return map(transform) }
    return await withTaskGroup(of: (start: Int, results: [Result]).self) { group in
      for start in stride(from: 0, to: count, by: chunk) {
        let part = self[start..<Swift.min(start + chunk, count)]
        group.addTask { @concurrent in (start, part.map(transform)) }
      }
      var parts: [(start: Int, results: [Result])] = []
      parts.reserveCapacity(count / chunk + 1)
      for await part in group { parts.append(part) }
      return parts.sorted { $0.start < $1.start }.flatMap(\.results)
    }
  }
}
