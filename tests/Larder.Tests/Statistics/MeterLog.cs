using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Larder.Tests.Statistics;

/// <summary>Listens to the instruments of the meter <c>Larder</c>, and keeps what concerns one cache.</summary>
internal sealed class MeterLog : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, Instrument> _instruments = new();
    private readonly ConcurrentQueue<(string Instrument, string? Tag, double Value)> _measurements = new();
    private readonly string _cache;

    public MeterLog(string cache, params string[] instruments)
    {
        _cache = cache;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Larder" && (instruments.Length == 0 || instruments.Contains(instrument.Name)))
            {
                _instruments[instrument.Name] = instrument;
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.Start();
    }

    public IReadOnlyDictionary<string, Instrument> Instruments => _instruments;

    /// <summary>Collects the observable instruments and returns their values by instrument and tag, such as <c>larder.requests hit</c>.</summary>
    public Dictionary<string, double> Collect()
    {
        _measurements.Clear();
        _listener.RecordObservableInstruments();
        return _measurements.ToDictionary(measurement => $"{measurement.Instrument} {measurement.Tag}".Trim(), measurement => measurement.Value);
    }

    /// <summary>Gets the measurements of a histogram that have been made since the last collection.</summary>
    public (string? Tag, double Value)[] Of(string histogram) =>
        [.. _measurements.Where(measurement => measurement.Instrument == histogram).Select(measurement => (measurement.Tag, measurement.Value))];

    public void Dispose() => _listener.Dispose();

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string? cache = null, other = null;
        foreach (var (name, text) in tags)
        {
            if (name == "larder.cache.name")
            {
                cache = (string?)text;
            }
            else
            {
                other = (string?)text;
            }
        }

        if (cache == _cache)
        {
            _measurements.Enqueue((instrument.Name, other, value));
        }
    }
}
