using System.Runtime.InteropServices;

namespace Larder.Memory;

/// <summary>
/// Calls back on a thread of the pool after each full garbage collection, until it is disposed or forgotten by its owner.
/// </summary>
/// <remarks>
/// An object that nothing refers to learns of a collection by its finalizer, and asks to be finalized again; the runtime trims its own pools in the
/// same way. The runtime's notifications of full collections need a thread that waits, and do not come for concurrent ones.
/// </remarks>
#pragma warning disable MA0055 // The finalizer is what tells of a collection.
internal sealed class MemoryPressure : IDisposable
{
    private readonly Action _afterCollection;
    private volatile bool _isDisposed;

    public MemoryPressure(Action afterCollection)
    {
        _afterCollection = afterCollection;
        _ = new Sentinel(this);
    }

    public void Dispose() => _isDisposed = true;

    private sealed class Sentinel(MemoryPressure owner)
    {
        private const int FullCollection = 2;

        // A bare handle: a WeakReference has a finalizer, which may run before this one and would clear it.
        private WeakGCHandle<MemoryPressure> _owner = new(owner);
        private int _seen = GC.CollectionCount(FullCollection);

        ~Sentinel()
        {
            if (!_owner.TryGetTarget(out var owner) || owner._isDisposed)
            {
                _owner.Dispose();
                return;
            }

            // Young objects are finalized after smaller collections too.
            var collections = GC.CollectionCount(FullCollection);
            if (collections != _seen)
            {
                _seen = collections;
                ThreadPool.UnsafeQueueUserWorkItem(static owner => owner._afterCollection(), owner, preferLocal: false);
            }

            GC.ReRegisterForFinalize(this);
        }
    }
}
#pragma warning restore MA0055
