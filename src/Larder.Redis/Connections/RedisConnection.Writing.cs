using Larder.Redis.Protocol;

namespace Larder.Redis.Connections;

internal sealed partial class RedisConnection
{
    /// <summary>What a caller writes at most itself; more could block it.</summary>
    private const int MaxOnCaller = 16 * 1024;

    private const int OutputSize = 64 * 1024;

    /// <summary>A write that takes so long waited for the other side, and went on because that took something.</summary>
    private static readonly TimeSpan MinimumWait = TimeSpan.FromMilliseconds(2);

    private readonly AutoResetEvent _writes = new(initialState: false);

    // Used by whoever sends at the moment: one caller, or the writing thread.
    private readonly byte[] _output = GC.AllocateUninitializedArray<byte>(OutputSize);
    private RedisCommand? _large;
    private long _lastTaken = long.MinValue / 2;

    /// <summary>
    /// Writes at once what the caller has just added, which spares a thread to wake up. Where replies to other commands are waiting to be fetched, more commands
    /// will come in a moment: then they gather for the writing thread, and go in one call of the system.
    /// </summary>
    private void FlushOnCaller()
    {
        if (CompletionQueue.IsBusy)
        {
            _writes.Set();
            return;
        }

        try
        {
            if (_transport.IsWritable)
            {
                WriteSome(_output.AsSpan(0, MaxOnCaller));
                if (_large is null && _queue.TryEndFlush())
                {
                    return;
                }
            }

            _writes.Set();
        }
        catch (Exception exception)
        {
            Close(Describe(exception));
        }
    }

    private void WriteLoop()
    {
        try
        {
            while (true)
            {
                _writes.WaitOne();
                if (IsClosed)
                {
                    return;
                }

                do
                {
                    if (CompletionQueue.IsBusy)
                    {
                        // Whose replies wait will send more in a moment, if they get the processor: one call of the system for all of it, here and at the server.
                        Thread.Yield();
                    }

                    WriteLarge();
                    WriteSome(_output);
                }
                while (_large is not null || !_queue.TryEndFlush());
            }
        }
        catch (Exception exception)
        {
            Close(Describe(exception));
        }
    }

    private void WriteSome(Span<byte> output)
    {
        var length = _queue.TakeUnsent(output, out _large);
        if (length > 0)
        {
            _transport.Write(output[..length]);
        }
    }

    private void WriteLarge()
    {
        if (_large is null)
        {
            return;
        }

        try
        {
            for (var rest = _large.Bytes; !rest.IsEmpty;)
            {
                var piece = rest[..Math.Min(OutputSize, rest.Length)];
                rest = rest[piece.Length..];
                var begun = _time.GetTimestamp();
                _transport.Write(piece);
                if (_time.GetElapsedTime(begun) > MinimumWait)
                {
                    Volatile.Write(ref _lastTaken, _time.GetTimestamp());
                }
            }
        }
        finally
        {
            _large.Dispose();
            _large = null;
        }
    }
}
