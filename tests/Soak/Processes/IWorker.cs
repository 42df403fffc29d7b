namespace Larder.Soak.Processes;

/// <summary>What a process of a run does.</summary>
internal interface IWorker : IAsyncDisposable
{
    /// <summary>Does what is asked.</summary>
    /// <param name="words">The words of the question; the first says what.</param>
    /// <returns>The answer, which is sent as JSON.</returns>
    Task<object?> AnswerAsync(string[] words);
}
