using MimeKit;
using ResellerPortal.Core.Outbox;

namespace ResellerPortal.Web.Mail;

internal static class MailRegistration
{
    /// <summary>Adds the mail server that the settings name; without a host, nothing is mailed.</summary>
    public static void AddMail(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SmtpOptions>()
            .Bind(configuration.GetSection(SmtpOptions.Section))
            .Validate(
                o => o.Host.Length == 0 || MailboxAddress.TryParse(o.From, out _),
                "Smtp:From is missing: set the address that the portal sends mail from.")
            .ValidateOnStart();
        services.AddSingleton<IMailer, SmtpMailer>();
    }
}
