namespace Larder.Samples.StepByStep;

/// <summary>The database does not answer.</summary>
internal sealed class DatabaseAwayException() : Exception("The database does not answer.");
