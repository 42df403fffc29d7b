namespace Larder.Store;

/// <summary>What a <see cref="StoreTransaction"/> needs of a store, whatever the types of its rows and ids.</summary>
/// <typeparam name="TKey">The type of the ids.</typeparam>
internal interface IStoreRows<TKey>
{
    StoreCore Stores { get; }

    StoreSpace Space { get; }

    /// <summary>Makes the text of an id.</summary>
    string TextOf(TKey id);
}
