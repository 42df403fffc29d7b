using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Larder.Serialization;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Adapters;

/// <summary>
/// The serializers that a container has for a HybridCache: that of the type, otherwise the first of the factories, in which the one registered last comes first, otherwise JSON with the options that are
/// registered for the type or for all. A type that has none of these is written by the serializer of the cache.
/// </summary>
internal sealed class HybridSerializers : ITypedSerializers
{
    private readonly ConcurrentDictionary<Type, ICacheSerializer?> _known = new();
    private readonly IServiceProvider _services;
    private readonly IHybridCacheSerializerFactory[] _factories;

    public HybridSerializers(IServiceProvider services)
    {
        _services = services;
        _factories = [.. services.GetServices<IHybridCacheSerializerFactory>().Reverse()];
    }

    public bool TryGet<T>([NotNullWhen(true)] out ICacheSerializer? serializer)
    {
        if (!_known.TryGetValue(typeof(T), out serializer))
        {
            serializer = _known.GetOrAdd(typeof(T), Find<T>());
        }

        return serializer is not null;
    }

    private ICacheSerializer? Find<T>()
    {
        if (_services.GetService<IHybridCacheSerializer<T>>() is { } registered)
        {
            return new HybridTypeSerializer<T>(registered);
        }

        if (typeof(T) == typeof(string) || typeof(T) == typeof(byte[]))
        {
            // Stored as they are.
            return null;
        }

        foreach (var factory in _factories)
        {
            if (factory.TryCreateSerializer<T>(out var made))
            {
                return new HybridTypeSerializer<T>(made);
            }
        }

        return _services is IKeyedServiceProvider keyed
            && (keyed.GetKeyedService<JsonSerializerOptions>(typeof(IHybridCacheSerializer<T>)) ?? keyed.GetKeyedService<JsonSerializerOptions>(typeof(IHybridCacheSerializer<>))) is { } options
            ? new JsonCacheSerializer(!options.IncludeFields && HasTuple(typeof(T)) ? new JsonSerializerOptions(options) { IncludeFields = true } : options)
            : null;
    }

    /// <summary>Value tuples have fields only.</summary>
    private static bool HasTuple(Type type) =>
        (type.IsValueType && typeof(ITuple).IsAssignableFrom(type))
        || (type.GetElementType() is { } element && HasTuple(element))
        || Array.Exists(type.GenericTypeArguments, HasTuple);
}
