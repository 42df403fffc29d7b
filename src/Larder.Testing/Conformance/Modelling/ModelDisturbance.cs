namespace Larder.Testing.Conformance.Modelling;

/// <summary>What happens while a loader runs.</summary>
/// <param name="Text">How it prints.</param>
/// <param name="RunAsync">Does it.</param>
/// <param name="Voids">Whether the loaded value must then not be stored.</param>
internal sealed record ModelDisturbance(string Text, Func<ModelRun, Task> RunAsync, bool Voids);
