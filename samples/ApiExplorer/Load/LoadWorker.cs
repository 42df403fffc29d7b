using System.Diagnostics;

namespace ApiExplorer.Load;

/// <summary>One connection with one request at a time; checks every answer.</summary>
internal sealed class LoadWorker(HttpConnection connection, LoadPlan plan, VersionBook versions, int number, int seed) : IDisposable
{
    private const int NotesKept = 2;
    private const int SearchPages = 3;
    private const double FirstPageShare = 0.75;

    private readonly Random _random = new(HashCode.Combine(seed, number));
    private readonly Queue<(LoadTarget Target, long NoteId)> _notes = [];

    /// <summary>Sends requests until the time is up or enough are sent, and returns what they showed.</summary>
    public async Task<WorkerResult> RunAsync(RequestMix mix, TimeSpan duration, int requests, CancellationToken cancellationToken)
    {
        var result = new WorkerResult();
        var started = Stopwatch.GetTimestamp();
        while (result.Latencies.Count < requests && Stopwatch.GetElapsedTime(started) < duration)
        {
            var kind = mix.Next(_random);
            var target = plan.Next(_random);
            var requestStarted = Stopwatch.GetTimestamp();
            if (kind == RequestKind.Write)
                await WriteAsync(target, result, cancellationToken);
            else
                await ReadAsync(kind, target, result, cancellationToken);
            result.Latencies.Add((int)Stopwatch.GetElapsedTime(requestStarted).TotalMicroseconds);
        }

        return result;
    }

    public void Dispose() => connection.Dispose();

    private async ValueTask ReadAsync(RequestKind kind, LoadTarget target, WorkerResult result, CancellationToken cancellationToken)
    {
        // What was acknowledged before the request is sent is the least that the answer must show.
        var typeVersion = versions.OfType(target.Id);
        var namespaceVersion = versions.OfNamespace(target.NamespaceId);
        var reply = await connection.GetAsync(Path(kind, target), cancellationToken);
        if (!reply.IsSuccess)
        {
            result.Failures++;
            return;
        }

        switch (kind)
        {
            case RequestKind.TypePage or RequestKind.Notes or RequestKind.Summary:
                result.Check(reply.TypeVersion, typeVersion);
                break;
            case RequestKind.NamespacePage:
                result.Check(reply.NamespaceVersion, namespaceVersion);
                break;
            default:
                // Members and search results show no rows that change.
                break;
        }
    }

    /// <summary>Adds a note, or deletes an earlier one, so that the number of notes stays the same.</summary>
    private async ValueTask WriteAsync(LoadTarget target, WorkerResult result, CancellationToken cancellationToken)
    {
        HttpReply reply;
        if (_notes.Count > NotesKept)
        {
            (target, var noteId) = _notes.Dequeue();
            reply = await connection.DeleteAsync($"/api/notes/{noteId}", cancellationToken);
        }
        else
        {
            var path = $"/api/types/{target.Id}/notes";
            reply = await connection.PostAsync(path, """{"text":"A note of the load run."}""", cancellationToken);
            _notes.Enqueue((target, reply.CreatedId));
        }

        if (reply.IsSuccess)
            versions.Acknowledge(target, reply);
        else
            result.Failures++;
    }

    private string Path(RequestKind kind, LoadTarget target) => kind switch
    {
        RequestKind.TypePage => $"/types/{target.Id}",
        RequestKind.Notes => $"/api/types/{target.Id}/notes",
        RequestKind.Summary => $"/api/types/{target.Id}/summary",
        RequestKind.Members => $"/api/types/{target.Id}/members?page={PageNumber(target.MemberPages)}",
        RequestKind.Search => $"{target.SearchPath}&page={PageNumber(SearchPages)}",
        _ => target.NamespacePath,
    };

    /// <summary>Most readers look at the first page only.</summary>
    private int PageNumber(int count) => _random.NextDouble() < FirstPageShare ? 1 : _random.Next(1, count + 1);
}
