using ResellerPortal.Web;
using ResellerPortal.Web.Commands;

var builder = PortalHost.CreateBuilder(args);
var app = builder.Build();

if (PortalCommands.Find(args) is { } command)
{
    return await command(app.Services, args[1..]);
}

app.UsePortal();
await app.PrepareAsync();
await app.RunAsync();
return 0;
