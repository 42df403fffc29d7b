namespace Larder.Testing.Conformance.Modelling;

/// <summary>
/// One operation, which does the same to the cache and to the model and compares what they answer. It holds all that was drawn for it, and
/// means something in any sequence, so that steps before it can be left out.
/// </summary>
/// <param name="Text">How the step prints.</param>
/// <param name="RunAsync">Carries it out.</param>
internal sealed record ModelStep(string Text, Func<ModelRun, Task> RunAsync);
