"""Domains of free mail providers.

Our own list of providers common where Goodword is used, compiled from their sign-up pages in 2026. It need not be
complete: a missing one is taken for a company's domain, which is a low flag too.
"""

_DOMAINS = """
gmail.com googlemail.com outlook.com outlook.de outlook.fr hotmail.com hotmail.de hotmail.fr hotmail.co.uk
live.com live.de live.fr live.co.uk msn.com icloud.com me.com mac.com yahoo.com yahoo.de yahoo.fr yahoo.es
yahoo.it yahoo.co.uk yahoo.co.in yahoo.ca ymail.com rocketmail.com aol.com aol.de gmx.de gmx.net gmx.at gmx.ch
gmx.com web.de freenet.de t-online.de arcor.de mail.de email.de posteo.de mailbox.org online.de orange.fr
wanadoo.fr free.fr sfr.fr laposte.net neuf.fr bbox.fr numericable.fr libero.it virgilio.it tiscali.it alice.it
bluewin.ch hispeed.ch sunrise.ch chello.at aon.at telenet.be skynet.be ziggo.nl kpnmail.nl planet.nl hetnet.nl
btinternet.com sky.com talktalk.net virginmedia.com comcast.net verizon.net att.net sbcglobal.net bellsouth.net
cox.net charter.net rogers.com shaw.ca bigpond.com proton.me protonmail.com pm.me tutanota.com tuta.com
fastmail.com hey.com zoho.com mail.com mail.ru yandex.ru yandex.com rambler.ru bk.ru inbox.ru list.ru seznam.cz
centrum.cz wp.pl o2.pl onet.pl interia.pl ukr.net abv.bg qq.com 163.com 126.com sina.com naver.com daum.net
hanmail.net rediffmail.com uol.com.br bol.com.br terra.com.br hushmail.com zohomail.com mailfence.com runbox.com
duck.com mozmail.com simplelogin.com privaterelay.appleid.com
"""

FREE_MAIL = frozenset(_DOMAINS.split())
