import DroverCore
import Synchronization

extension FakeDriver {
  /// Answers as the world's script of the model says, after the time that it says.
  func attempt(_ trial: Trial, on instance: Instance, target: ModelTarget) async throws(DriverError) -> TrialOutcome {
    await Task.yield()
    if life.isOver { throw .cancelled }
    let script = world.state.withLock { state in
      state.trials.append(trial)
      state.openTrials += 1
      state.mostOpenTrials = max(state.mostOpenTrials, state.openTrials)
      return state.scripts[instance.model] ?? EngineWorld.Script()
    }
    defer { world.state.withLock { $0.openTrials -= 1 } }
    do { try await sleep(script.trialTime) } catch { throw .cancelled }
    if let error = script.trialError { throw error }
    if script.refusedForms.contains(trial.form) { return .refused("not \(trial.form.rawValue)") }
    var reply = TrialReply()
    reply.text = trial.extra == .json ? "{}" : "Hi"
    reply.pieces = 1
    reply.isFinished = true
    reply.hasToolCall = trial.extra == .tool
    reply.dimensions = trial.form == .embedding ? 4 : 0
    reply.inputTokens = 10
    reply.outputTokens = 20
    reply.duration = script.trialTime
    reply.firstPieceAfter = trial.isStreamed ? script.trialTime : nil
    reply.generationTime = script.trialTime
    return .answered(reply)
  }
}
