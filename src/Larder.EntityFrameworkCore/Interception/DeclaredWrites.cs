using Larder.EntityFrameworkCore.Model;

namespace Larder.EntityFrameworkCore.Interception;

/// <summary>What the application says its own SQL writes, until it is disposed.</summary>
internal sealed class DeclaredWrites : IDisposable
{
    private readonly ContextCache _context;
    private readonly DeclaredWrites? _outer;

    public DeclaredWrites(ContextCache context, IReadOnlyCollection<EntityStore> stores)
    {
        (_context, _outer, Stores) = (context, context.Declared, stores);
        context.Declared = this;
    }

    public IReadOnlyCollection<EntityStore> Stores { get; }

    public void Dispose()
    {
        if (_context.Declared == this)
        {
            _context.Declared = _outer;
        }
    }
}
