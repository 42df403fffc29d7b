using Larder.Diagnostics;

namespace Larder.Writing;

internal sealed partial class WriteFlow<TKey, T>
{
    /// <summary>After how many failures in a row the source seems to be away, so that the other writes need not be tried.</summary>
    private const int AwayAfter = 3;

    private async Task DeliverAsync(List<FlowSlot<TKey, T>> batch)
    {
        var done = new List<FlowSlot<TKey, T>>(batch.Count);
        var alone = batch.Where(slot => slot.IsAlone || slot.Write.IsDeletion).ToList();
        var together = batch.Where(slot => !slot.IsAlone && !slot.Write.IsDeletion).ToList();
        if (together.Count > 1 && await TryAsync(token => _settings.Source.SaveManyAsync([.. together.Select(slot => slot.Write.ToSourceWrite())], token)).ConfigureAwait(false) is null)
        {
            done.AddRange(together);
        }
        else
        {
            alone.AddRange(together);
        }

        var failuresInARow = 0;
        foreach (var slot in alone)
        {
            var isTried = failuresInARow < AwayAfter;
            var failure = isTried ? await TryAsync(token => DeliverAsync(slot.Write, token)).ConfigureAwait(false) : null;
            if (isTried && failure is null)
            {
                done.Add(slot);
                failuresInARow = 0;
            }
            else
            {
                failuresInARow += isTried ? 1 : 0;
                await FailAsync(slot, failure).ConfigureAwait(false);
            }
        }

        if (done.Count > 0)
        {
            _counts.Deliver(done.Count);
            await _journal.SettleAsync([.. done.Select(slot => slot.Write)]).ConfigureAwait(false);
            EndAll(done);
        }
    }

    private ValueTask DeliverAsync(QueuedWrite<TKey, T> write, CancellationToken cancellationToken) => write.IsDeletion
        ? _settings.Source.DeleteAsync(write.Key, write.Version, cancellationToken)
        : _settings.Source.SaveAsync(write.Key, write.Value!, write.Version, cancellationToken);

    /// <summary>Calls the source.</summary>
    /// <returns>What it threw.</returns>
    private async ValueTask<Exception?> TryAsync(Func<CancellationToken, ValueTask> call)
    {
        using var timeout = new CancellationTokenSource(Limits.Timer(_settings.SaveTimeout), _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stop.Token);
        try
        {
            await call(either.Token).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception)
        {
            _counts.Fail();
            return exception;
        }
    }

    private async ValueTask FailAsync(FlowSlot<TKey, T> slot, Exception? failure)
    {
        var write = slot.Write;
        var options = _settings.Options;
        if (!_journal.Holds(write))
        {
            EndAll([slot]);
            return;
        }

        if (failure is not null && !_stop.IsCancellationRequested)
        {
            write.Attempts++;
            if ((IsPoison(failure) || write.Attempts >= options.MaxAttempts) && await TryBuryAsync(write, failure).ConfigureAwait(false))
            {
                EndAll([slot]);
                return;
            }

            Log.WriteFailed(_settings.Diagnostics.Logger, _settings.Diagnostics.Name, write.Text, write.Attempts, failure);
        }

        lock (_lock)
        {
            slot.IsUnderWay = false;
            slot.IsAlone = true;
            if (slot.Next is { } next)
            {
                _counts.Coalesce();
                next.Replace(write);
                (slot.Write, slot.Next) = (next, null);
            }

            _paused.Enqueue(slot, _time.GetTimestamp() + (long)(PauseAfter(write.Attempts).TotalSeconds * _time.TimestampFrequency));
        }
    }

    private async ValueTask<bool> TryBuryAsync(QueuedWrite<TKey, T> write, Exception failure)
    {
        if (!await _journal.BuryAsync(write, $"{failure.GetType().Name}: {failure.Message}").ConfigureAwait(false))
        {
            return false;
        }

        _counts.Bury();
        Log.WriteBuried(_settings.Diagnostics.Logger, _settings.Diagnostics.Name, write.Text, write.Attempts, failure);
        await _settings.Buried(write.Text).ConfigureAwait(false);
        return true;
    }

    private bool IsPoison(Exception failure)
    {
        try
        {
            return failure is NotSupportedException || _settings.Options.IsPoison?.Invoke(failure) == true;
        }
        catch (Exception exception)
        {
            Log.EventHandlerFailed(_settings.Diagnostics.Logger, _settings.Diagnostics.Name, exception);
            return false;
        }
    }

    private TimeSpan PauseAfter(int attempts)
    {
        var options = _settings.Options;
        var doubled = options.RetryDelay.TotalMilliseconds * Math.Pow(2, Math.Clamp(attempts - 1, 0, 30));
        return TimeSpan.FromMilliseconds(Math.Min(doubled, options.MaxRetryDelay.TotalMilliseconds) * (0.75 + (Random.Shared.NextDouble() / 2)));
    }

    private void EndAll(List<FlowSlot<TKey, T>> slots)
    {
        TaskCompletionSource? room;
        lock (_lock)
        {
            slots.ForEach(End);
            TellIfEmpty();
            (room, _room) = (_room, null);
        }

        room?.TrySetResult();
    }

    /// <summary>Ends what was under way of a key, and puts what came meanwhile in the line.</summary>
    private void End(FlowSlot<TKey, T> slot)
    {
        (slot.IsUnderWay, slot.IsAlone) = (false, false);
        if (slot.Next is { } next)
        {
            (slot.Write, slot.Next) = (next, null);
            _ready.Enqueue(slot);
        }
        else
        {
            _slots.Remove(slot.Write.Text);
        }
    }
}
