namespace Larder;

/// <summary>What a rate limiter does while the store of its permits cannot be asked.</summary>
public enum UnavailableMode
{
    /// <summary>Grants: an outage of the store is not one of the application. For limits that keep load fair.</summary>
    Allow,

    /// <summary>Refuses: nobody gets more than the limit, whatever fails. For limits that guard something, such as logins.</summary>
    Refuse,
}
